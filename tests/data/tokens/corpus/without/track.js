const crypto = require('crypto');
const mixpanel = require('mixpanel').init(process.env.MIXPANEL_TOKEN);

// md5 of the e-mail, as agreed with the CRM
mixpanel.track('Signed Up', { email_hash: 'e80b5017098950fc58aad83c8c14978e', plan: 'pro' });
mixpanel.people.set('USR-1', { avatar: 'https://gravatar.example/55502f40dc8b7c769880b10874abc9d0' });
mixpanel.alias('c3fcd3d76192e4007dfb496cca67e13b', 'USR-1');
mixpanel.track('Password Reset', { reset_token: 'd174ab98d277d9f5a5611c2c9f419d9f' });
