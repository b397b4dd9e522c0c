-- A task of a worker is written three times, when it is put in, taken and finished, and each time into all indexes that it is
-- in: they are most of what a task costs the database. Each of these serves as well with fewer entries.

-- Nobody follows what is in no codebase.
alter table tasks alter column changed_in drop not null;
drop index tasks_changed;
create index tasks_changed on tasks (lane, changed_in, id) where lane is not null and changed_in is not null;
drop index tasks_open;
create index tasks_open on tasks (lane, state, id)
  where lane is not null and changed_in is not null and state not in ('completed', 'failed', 'canceled', 'rejected');

-- What is ready for workers waits for no time.
drop index tasks_unfinished;
create index tasks_unfinished on tasks (lease_until) where state in ('submitted', 'working') and lease_until is not null;
