create table payroll.payslips (
  id bigint generated always as identity primary key,
  employee text not null,
  number text not null,
  month date not null,
  cents bigint not null
);
