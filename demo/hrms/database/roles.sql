-- Who uses hrms_master: its owner, its application, a reporting tool, and the bot. Roles are of the whole server, so they may exist.
DO $$
DECLARE role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['hrms_owner', 'hrms_app', 'hrms_reporting', 'hrms_batch'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', role, role);
    END IF;
  END LOOP;
  -- Not a superuser: the least that closing, ending sessions and migrating need.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lockkeeper') THEN
    CREATE ROLE lockkeeper LOGIN PASSWORD 'lockkeeper' IN ROLE hrms_owner, hrms_app, pg_monitor, pg_signal_backend;
  END IF;
END $$;
