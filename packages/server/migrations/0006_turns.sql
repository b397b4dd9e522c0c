-- A program that knows nothing of turns would run a task again and again while a message waits in it, since it can neither
-- answer the message nor settle the task: it does not get the lease of one. Whoever knows turns says with the lease
-- when the attempt begins; the others do not know that column.
create function keep_turns() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  return null;
end
$$;

revoke all on function keep_turns() from public;

create trigger keep_turns before update of lease_owner on tasks
  for each row when (new.inbox_seq > new.turn_seq and new.lease_owner is distinct from old.lease_owner
    and new.lease_owner is not null and new.attempt_at is not distinct from old.attempt_at)
  execute function keep_turns();
