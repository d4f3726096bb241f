-- What sells best.
select product.title, sum(line.amount) as sold, sum(line.amount * line.price_cents) as cents
from order_line line join product on product.id = line.product_id
group by product.title order by cents desc;

-- What each customer has spent, those who bought nothing included.
select customer.name, count(distinct placed.id) as orders, coalesce(sum(line.amount * line.price_cents), 0) as cents
from customer
left join customer_order placed on placed.customer_id = customer.id and placed.status <> 'cancelled'
left join order_line line on line.order_id = placed.id
group by customer.id order by cents desc;

-- What has to be bought again.
select title, stock from product where stock < 10 order by stock;
