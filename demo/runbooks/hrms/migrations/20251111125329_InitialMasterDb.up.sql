START TRANSACTION;
CREATE TABLE master."AdminUsers" (
    "Id" uuid NOT NULL,
    "UserName" character varying(100) NOT NULL,
    "Email" character varying(100) NOT NULL,
    "PasswordHash" text NOT NULL,
    "FirstName" character varying(100) NOT NULL,
    "LastName" character varying(100) NOT NULL,
    "IsActive" boolean NOT NULL,
    "LastLoginDate" timestamp with time zone NULL,
    "PhoneNumber" character varying(20) NULL,
    "IsTwoFactorEnabled" boolean NOT NULL,
    "TwoFactorSecret" character varying(500) NULL,
    "BackupCodes" jsonb NULL,
    "LockoutEnd" timestamp with time zone NULL,
    "LockoutEnabled" boolean NOT NULL,
    "AccessFailedCount" integer NOT NULL,
    "AllowedIPAddresses" text NULL,
    "AllowedLoginHours" text NULL,
    "CreatedBySuperAdminId" uuid NULL,
    "IsInitialSetupAccount" boolean NOT NULL DEFAULT FALSE,
    "LastFailedLoginAttempt" timestamp with time zone NULL,
    "LastLoginIPAddress" text NULL,
    "LastModifiedBySuperAdminId" uuid NULL,
    "LastPasswordChangeDate" timestamp with time zone NULL,
    "MustChangePassword" boolean NOT NULL DEFAULT FALSE,
    "PasswordExpiresAt" timestamp with time zone NULL,
    "PasswordHistory" text NULL,
    "Permissions" text NULL,
    "SessionTimeoutMinutes" integer NOT NULL DEFAULT 0,
    "StatusNotes" text NULL,
    "CreatedAt" timestamp with time zone NOT NULL,
    "UpdatedAt" timestamp with time zone NULL,
    "CreatedBy" text NULL,
    "UpdatedBy" text NULL,
    "IsDeleted" boolean NOT NULL,
    "DeletedAt" timestamp with time zone NULL,
    "DeletedBy" text NULL,
    CONSTRAINT "PK_AdminUsers" PRIMARY KEY ("Id")
);
CREATE UNIQUE INDEX "IX_AdminUsers_Email" ON master."AdminUsers" ("Email");
CREATE UNIQUE INDEX "IX_AdminUsers_UserName" ON master."AdminUsers" ("UserName");
CREATE TABLE master."RefreshTokens" (
    "Id" uuid NOT NULL,
    "AdminUserId" uuid NOT NULL,
    "Token" character varying(500) NOT NULL,
    "ExpiresAt" timestamp with time zone NOT NULL,
    "CreatedAt" timestamp with time zone NOT NULL,
    "CreatedByIp" character varying(45) NOT NULL,
    "RevokedAt" timestamp with time zone NULL,
    "RevokedByIp" character varying(45) NULL,
    "ReplacedByToken" character varying(500) NULL,
    "ReasonRevoked" character varying(200) NULL,
    CONSTRAINT "PK_RefreshTokens" PRIMARY KEY ("Id"),
    CONSTRAINT "FK_RefreshTokens_AdminUsers_AdminUserId" FOREIGN KEY ("AdminUserId") REFERENCES master."AdminUsers" ("Id") ON DELETE CASCADE
);
CREATE INDEX "IX_RefreshTokens_AdminUserId" ON master."RefreshTokens" ("AdminUserId");
CREATE INDEX "IX_RefreshTokens_AdminUserId_ExpiresAt" ON master."RefreshTokens" ("AdminUserId", "ExpiresAt");
CREATE INDEX "IX_RefreshTokens_ExpiresAt" ON master."RefreshTokens" ("ExpiresAt");
CREATE UNIQUE INDEX "IX_RefreshTokens_Token" ON master."RefreshTokens" ("Token");
INSERT INTO master."__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20251111125329_InitialMasterDb', '9.0.10');

COMMIT;

