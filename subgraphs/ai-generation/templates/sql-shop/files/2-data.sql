insert into customer (name, email) values ('Ann', 'ann@example.com'), ('Bob', 'bob@example.com');
insert into product (title, price_cents, stock) values ('Teapot', 2950, 5), ('Cup', 700, 40), ('Tea', 450, 100);
select place_order(1, '[{"product": "Teapot", "amount": 2}, {"product": "Cup", "amount": 2}]');
select place_order(2, '[{"product": "Tea", "amount": 4}]');
