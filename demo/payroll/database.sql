-- The demo's second database. Two of its payslips carry the same number, one of them in small letters: the
-- migration that forbids it fails halfway. A plan counts rows that are in the way, but none for an index on an expression.
create schema payroll authorization hrms_owner;
create table payroll.payslips (
  id bigint generated always as identity primary key,
  employee text not null,
  number text not null,
  month date not null,
  cents bigint not null
);
create table payroll.migrations (name text primary key, run_on timestamptz not null default now());
insert into payroll.payslips (employee, number, month, cents)
select 'employee ' || i % 40, case when i = 479 then 'p-478' else 'P-' || i end, date '2025-01-01' + (i / 40) * interval '1 month', 2500000 + i * 137
from generate_series(1, 480) i;
insert into payroll.migrations (name) values ('001_Payslips');
alter table payroll.payslips owner to hrms_owner;
alter table payroll.migrations owner to hrms_owner;
grant usage on schema payroll to hrms_batch;
grant select, insert, update on payroll.payslips to hrms_batch;
analyze payroll.payslips;
