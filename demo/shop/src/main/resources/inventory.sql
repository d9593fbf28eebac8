CREATE TABLE IF NOT EXISTS stock (article VARCHAR PRIMARY KEY, name VARCHAR, price_cents INT, quantity INT);
CREATE TABLE IF NOT EXISTS reservation (order_number VARCHAR PRIMARY KEY, article VARCHAR);
INSERT INTO stock (article, name, price_cents, quantity) SELECT 'a' || x, 'Article ' || x, 490 + 150 * x, 1000000 FROM SYSTEM_RANGE(1, 12) WHERE NOT EXISTS (SELECT 1 FROM stock);
