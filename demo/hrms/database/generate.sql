-- Rows of hrms_master. Sizes come from settings: hrms.tenants, hrms.admins, hrms.tokens, hrms.audit.
SET synchronous_commit=off;
SET maintenance_work_mem='512MB';
INSERT INTO master."Tenants" SELECT md5('t'||i)::uuid,'Company '||i,'co'||i,'tenant_co'||i,'hr'||i||'@co'||i||'.mu','+230'||(50000000+i),i%4,i%5,50+i%500,10,100000,NULL,NULL,now()-(i%700)*interval '1 day',NULL,false FROM generate_series(1,current_setting('hrms.tenants')::int) i;
INSERT INTO master."AdminUsers"("Id","UserName","Email","PasswordHash","FirstName","LastName","IsActive","IsTwoFactorEnabled","LockoutEnabled","AccessFailedCount","SessionTimeoutMinutes","CreatedAt","IsDeleted","BackupCodes")
SELECT md5('a'||i)::uuid,'admin'||i,'admin'||i||'@morishr.test','$argon2id$v=19$m=65536$'||encode(sha256(i::text::bytea),'hex'),'First'||i,'Last'||i,true,i%2=0,true,0,15,now()-(i%700)*interval '1 day',false,jsonb_build_array(md5(i::text),md5((i+1)::text)) FROM generate_series(1,current_setting('hrms.admins')::int) i;
ALTER TABLE master."RefreshTokens" DROP CONSTRAINT "FK_RefreshTokens_AdminUsers_AdminUserId";
DROP INDEX master."IX_RefreshTokens_AdminUserId", master."IX_RefreshTokens_AdminUserId_ExpiresAt", master."IX_RefreshTokens_ExpiresAt", master."IX_RefreshTokens_Token";
ALTER TABLE master."RefreshTokens" DROP CONSTRAINT "PK_RefreshTokens";
INSERT INTO master."RefreshTokens" SELECT md5('r'||i)::uuid, md5('a'||(1+i%current_setting('hrms.admins')::int))::uuid, translate(encode(sha512(i::text::bytea),'base64'),E'\n',''), now()+((i%604800)-300000)*interval '1 second', now()-(i%604800)*interval '1 second','10.'||i%256||'.'||(i/256)%256||'.7', CASE WHEN i%3=0 THEN now() END, CASE WHEN i%3=0 THEN '10.0.0.1' END, NULL, CASE WHEN i%3=0 THEN 'Replaced by new token' END FROM generate_series(1,current_setting('hrms.tokens')::int) i;
ALTER TABLE master."RefreshTokens" ADD CONSTRAINT "PK_RefreshTokens" PRIMARY KEY ("Id");
CREATE INDEX "IX_RefreshTokens_AdminUserId" ON master."RefreshTokens" ("AdminUserId");
CREATE INDEX "IX_RefreshTokens_AdminUserId_ExpiresAt" ON master."RefreshTokens" ("AdminUserId", "ExpiresAt");
CREATE INDEX "IX_RefreshTokens_ExpiresAt" ON master."RefreshTokens" ("ExpiresAt");
CREATE UNIQUE INDEX "IX_RefreshTokens_Token" ON master."RefreshTokens" ("Token");
ALTER TABLE master."RefreshTokens" ADD CONSTRAINT "FK_RefreshTokens_AdminUsers_AdminUserId" FOREIGN KEY ("AdminUserId") REFERENCES master."AdminUsers" ("Id") ON DELETE CASCADE;
CREATE TABLE IF NOT EXISTS master."AuditLogs" ("Id" uuid NOT NULL, "TenantId" uuid, "UserEmail" varchar(100), "ActionType" int NOT NULL, "EntityType" varchar(100), "OldValues" jsonb, "NewValues" jsonb, "UserAgent" varchar(500), "IpAddress" varchar(45), "PerformedAt" timestamptz NOT NULL, "Checksum" varchar(64));
INSERT INTO master."AuditLogs" SELECT gen_random_uuid(), md5('t'||(1+i%current_setting('hrms.tenants')::int))::uuid,'admin'||i%current_setting('hrms.admins')::int||'@morishr.test',i%40,'Employee', jsonb_build_object('id',md5(i::text),'salary',i*7%90000,'note',md5((i+1)::text)||md5((i+2)::text),'address',repeat('Royal Road '||i%900||' ',8)), jsonb_build_object('id',md5(i::text),'salary',i*9%90000,'note',md5((i+3)::text)||md5((i+4)::text),'address',repeat('Coastal Road '||i%700||' ',8)),'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1'||i%30||'.0 Safari/537.36','10.0.'||i%256||'.9',now()-i*interval '1 second',encode(sha256(i::text::bytea),'hex') FROM generate_series(1,current_setting('hrms.audit')::int) i;
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname='PK_AuditLogs') THEN ALTER TABLE master."AuditLogs" ADD CONSTRAINT "PK_AuditLogs" PRIMARY KEY ("Id"); CREATE INDEX "IX_AuditLogs_PerformedAt" ON master."AuditLogs" ("PerformedAt"); END IF; END $$;

