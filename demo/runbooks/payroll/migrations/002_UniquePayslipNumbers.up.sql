alter table payroll.payslips add column paid_at timestamptz;

alter table payroll.payslips add constraint payslips_number_unique unique (number);
