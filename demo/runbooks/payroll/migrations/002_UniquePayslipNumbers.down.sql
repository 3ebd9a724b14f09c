alter table payroll.payslips drop constraint payslips_number_unique;

alter table payroll.payslips drop column paid_at;
