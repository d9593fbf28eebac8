CREATE TABLE IF NOT EXISTS payment (order_number VARCHAR PRIMARY KEY, article VARCHAR, state VARCHAR);
CREATE TABLE IF NOT EXISTS ledger (order_number VARCHAR, account VARCHAR, cents INT);
CREATE ALIAS IF NOT EXISTS WAIT_MILLIS NOBUFFER FOR 'io.skein.demo.shop.Database.waitMillis';
