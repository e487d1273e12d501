-- Which seed filled the tables: when it changes, the World begins anew.

CREATE TABLE seed (fingerprint TEXT NOT NULL) STRICT;
