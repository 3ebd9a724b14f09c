START TRANSACTION;
DROP TABLE master."Tenants";

DELETE FROM master."__EFMigrationsHistory"
WHERE "MigrationId" = '20251031135011_InitialMasterSchema';

COMMIT;

