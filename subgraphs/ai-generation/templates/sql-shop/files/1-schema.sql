-- {{title}}
create table customer (
  id bigint generated always as identity primary key,
  name text not null check (name <> ''),
  email text not null unique check (email like '%_@_%'),
  created_at timestamptz not null default now()
);

create table product (
  id bigint generated always as identity primary key,
  title text not null unique,
  price_cents int not null check (price_cents > 0),
  stock int not null check (stock >= 0)
);

create table customer_order (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customer,
  placed_at timestamptz not null default now(),
  status text not null default 'placed' check (status in ('placed', 'shipped', 'cancelled'))
);
create index customer_order_customer on customer_order (customer_id, placed_at desc);

create table order_line (
  order_id bigint not null references customer_order on delete cascade,
  product_id bigint not null references product,
  amount int not null check (amount > 0),
  price_cents int not null check (price_cents > 0),
  primary key (order_id, product_id)
);
create index order_line_product on order_line (product_id);

-- All lines or none: a function runs in one transaction. `lines` is [{"product": "Teapot", "amount": 1}].
create function place_order(buyer bigint, lines jsonb) returns bigint language plpgsql as $$
declare
  placed bigint;
begin
  insert into customer_order (customer_id) values (buyer) returning id into placed;
  insert into order_line (order_id, product_id, amount, price_cents)
    select placed, product.id, line.amount, product.price_cents
    from jsonb_to_recordset(lines) as line (product text, amount int)
    join product on product.title = line.product;
  if (select count(*) from order_line where order_id = placed) <> jsonb_array_length(lines) then
    raise exception 'a product of the order does not exist, or is in it twice: %', lines;
  end if;
  update product set stock = stock - line.amount
    from order_line line where line.order_id = placed and line.product_id = product.id;
  return placed;
end $$;
