START TRANSACTION;
DROP TABLE master."RefreshTokens";

DROP TABLE master."AdminUsers";

DELETE FROM master."__EFMigrationsHistory"
WHERE "MigrationId" = '20251111125329_InitialMasterDb';

COMMIT;

