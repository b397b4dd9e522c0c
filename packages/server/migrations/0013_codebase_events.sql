-- Following everything that happens in a codebase. The logs of its tasks have no common number, and commits do not come in the
-- order in which their transactions began: what a reader has is told by transactions instead. All that those before the oldest
-- one still under way have written is visible, whatever order they ended in.

-- What is there was written before all transactions to come: with a constant, no row is written anew.
alter table tasks
  -- The latest transaction that has added to its log.
  add column changed_in xid8 not null default '0';
alter table tasks alter column changed_in set default pg_current_xact_id();

alter table task_events add column made_in xid8 not null default '0';
alter table task_events alter column made_in set default pg_current_xact_id();

create index tasks_changed on tasks (lane, changed_in, id) where lane is not null;
-- What waits, runs or asks something.
create index tasks_open on tasks (lane, state, id)
  where lane is not null and state not in ('completed', 'failed', 'canceled', 'rejected');
create index lanes_codebase on lanes (tenant_id, codebase_id, principal) where codebase_id is not null;
