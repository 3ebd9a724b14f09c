drop index payroll.payslips_number_unique;

alter table payroll.payslips drop column paid_at;
