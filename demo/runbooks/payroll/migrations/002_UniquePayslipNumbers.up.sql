alter table payroll.payslips add column paid_at timestamptz;

create unique index payslips_number_unique on payroll.payslips (upper(number));
