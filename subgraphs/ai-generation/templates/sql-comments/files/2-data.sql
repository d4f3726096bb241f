insert into comment values
  (1, null, 'ann', 'What a lovely garden!', '2026-05-01 10:00Z'),
  (2, 1, 'bob', 'Thank you, Ann', '2026-05-01 10:05Z'),
  (3, 2, 'ann', 'You are welcome', '2026-05-01 11:00Z'),
  (4, 1, 'cy', 'Which roses are these?', '2026-05-02 09:00Z'),
  (5, null, 'dee', 'Is it open on Sundays?', '2026-05-03 08:30Z');
