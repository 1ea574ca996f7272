-- Rows that the Mixpanel importer marks as sent.
CREATE TABLE sent (event_md5 CHAR(32) PRIMARY KEY, token CHAR(32) NOT NULL);
INSERT INTO sent VALUES ('a5771bce93e200c36f7cd9dfd0e5deaa', 'session');
UPDATE users SET api_key = 'd67d8ab4f4c10bf22aa353e27879133c' WHERE email = 'jane@acme.example';
