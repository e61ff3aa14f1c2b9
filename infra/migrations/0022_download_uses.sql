-- One download is one use, however many requests it takes: when the last counted use of each file of a link began. A
-- column of the grant, so that the statement that counts decides under the grant's row lock.

ALTER TABLE download_grants ADD COLUMN file_uses jsonb NOT NULL DEFAULT '{}'
    CHECK (jsonb_typeof(file_uses) = 'object');
COMMENT ON COLUMN download_grants.file_uses IS 'when the last counted use of each file began, by the file''s name';

GRANT UPDATE (file_uses) ON download_grants TO latchkey_download;
