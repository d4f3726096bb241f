-- Who was there at least once in a month, and how that changed.
with monthly as (
  select date_trunc('month', visited_on)::date as month, count(distinct account_id) as active
  from visit group by 1
)
select to_char(month, 'YYYY-MM') as month, active, active - lag(active) over (order by month) as change
from monthly order by month;

-- Percent of those who signed up in a month that came back in each month after it.
with cohort as (
  select id, date_trunc('month', signed_up_on)::date as month, count(*) over (partition by date_trunc('month', signed_up_on)) as size
  from account
), activity as (
  select cohort.month, cohort.size,
    (extract(year from age(date_trunc('month', visited_on), cohort.month)) * 12
      + extract(month from age(date_trunc('month', visited_on), cohort.month)))::int as months_later,
    count(distinct cohort.id) as active
  from cohort join visit on visit.account_id = cohort.id
  group by 1, 2, 3
)
select to_char(month, 'YYYY-MM') as cohort, size, json_agg(round(100.0 * active / size) order by months_later) as retained
from activity group by month, size order by month;

-- Sign-ups in all so far, and the mean of each month and the two before it.
select to_char(month, 'YYYY-MM') as month, signups,
  sum(signups) over (order by month) as total,
  round(avg(signups) over (order by month rows between 2 preceding and current row), 2) as mean
from (select date_trunc('month', signed_up_on)::date as month, count(*) as signups from account group by 1) monthly
order by month;
