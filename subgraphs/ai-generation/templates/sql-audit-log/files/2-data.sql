set app.actor = 'ann';
insert into person values (1, 'Bob', '555-1000'), (2, 'Cy', null);
update person set phone = '555-2000' where id = 1;
-- Changes nothing, and is not recorded.
update person set name = 'Cy' where id = 2;
set app.actor = 'dee';
delete from person where id = 1;
