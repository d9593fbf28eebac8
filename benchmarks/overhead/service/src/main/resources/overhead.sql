CREATE TABLE IF NOT EXISTS article (id VARCHAR PRIMARY KEY, name VARCHAR, cents INT);
CREATE TABLE IF NOT EXISTS stock (article VARCHAR PRIMARY KEY, quantity INT);
INSERT INTO article (id, name, cents) SELECT 'a' || x, 'Article ' || x, 490 + 150 * x FROM SYSTEM_RANGE(1, 100) WHERE NOT EXISTS (SELECT 1 FROM article);
INSERT INTO stock (article, quantity) SELECT 'a' || x, 10 * x FROM SYSTEM_RANGE(1, 100) WHERE NOT EXISTS (SELECT 1 FROM stock);
