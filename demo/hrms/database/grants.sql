-- The owner owns the database and all in it; the application reads and writes; reporting reads.
DO $$
DECLARE relation record;
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO hrms_owner', current_database());
  ALTER SCHEMA master OWNER TO hrms_owner;
  FOR relation IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'master'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO hrms_owner', relation.name);
  END LOOP;
END $$;
GRANT USAGE ON SCHEMA master TO hrms_app, hrms_reporting, hrms_batch;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA master TO hrms_app, hrms_batch;
GRANT SELECT ON ALL TABLES IN SCHEMA master TO hrms_reporting;
ALTER DEFAULT PRIVILEGES FOR ROLE hrms_owner IN SCHEMA master GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO hrms_app;
