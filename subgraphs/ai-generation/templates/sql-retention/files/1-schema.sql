-- {{title}}
create table account (
  id int primary key,
  signed_up_on date not null
);

create table visit (
  account_id int not null references account,
  visited_on date not null,
  primary key (account_id, visited_on)
);
create index visit_day on visit (visited_on);
