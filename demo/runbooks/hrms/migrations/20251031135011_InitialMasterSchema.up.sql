START TRANSACTION;
CREATE SCHEMA IF NOT EXISTS master;
CREATE TABLE IF NOT EXISTS master."__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);
CREATE TABLE master."Tenants" (
    "Id" uuid NOT NULL,
    "CompanyName" character varying(200) NOT NULL,
    "Subdomain" character varying(50) NOT NULL,
    "SchemaName" character varying(50) NOT NULL,
    "ContactEmail" character varying(100) NOT NULL,
    "ContactPhone" character varying(20) NOT NULL,
    "Status" integer NOT NULL,
    "EmployeeTier" integer NOT NULL,
    "MaxUsers" integer NOT NULL,
    "MaxStorageGB" integer NOT NULL,
    "ApiCallsPerMonth" integer NOT NULL,
    "ActivationToken" character varying(100) NULL,
    "ActivationTokenExpiry" timestamp with time zone NULL,
    "CreatedAt" timestamp with time zone NOT NULL,
    "UpdatedAt" timestamp with time zone NULL,
    "IsDeleted" boolean NOT NULL,
    CONSTRAINT "PK_Tenants" PRIMARY KEY ("Id")
);
CREATE UNIQUE INDEX "IX_Tenants_Subdomain" ON master."Tenants" ("Subdomain");
CREATE UNIQUE INDEX "IX_Tenants_SchemaName" ON master."Tenants" ("SchemaName");
INSERT INTO master."__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20251031135011_InitialMasterSchema', '9.0.10');

COMMIT;

