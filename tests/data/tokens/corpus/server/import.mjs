const url = 'https://api.mixpanel.com/import?strict=1&project_id=123456';

export async function importBatch(batch) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from('@@web-production@@:').toString('base64')}`,
    },
    body: JSON.stringify(batch),
  });
  if (!answer.ok) throw new Error(`Mixpanel: ${answer.status}`);
}
