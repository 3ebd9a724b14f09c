drop table payroll.payslips;
