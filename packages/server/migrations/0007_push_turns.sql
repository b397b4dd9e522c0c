-- Dead letters are sent once more in the turn of their configuration, and senders are shared out among principals.

-- Somebody wants dead letters of this configuration to be sent once more; another token for each time that it is said.
alter table push_configs add column retry_token uuid;

-- Who has something to send, and of each what waits longest.
create index push_configs_waiting on push_configs (tenant_id, principal, next_at) where next_at is not null;
drop index push_configs_due;

-- A tenant's dead letters, the latest first. Those that shall be sent once more are found by their configuration.
create index push_dead_letters_listing on push_dead_letters (tenant_id, created_at, task_id, config_id, seq);
drop index push_dead_letters_age;
drop index push_dead_letters_due;

grant update (retry_at) on push_dead_letters to ct_app;

-- What somebody has wanted before. FORCE would hide the rows from their owner.
alter table push_configs no force row level security;
alter table push_dead_letters no force row level security;
update push_configs c set retry_token = gen_random_uuid(),
  next_at = case when c.lease_token is null then now() else c.next_at end
where exists (
  select from push_dead_letters d
  where d.tenant_id = c.tenant_id and d.task_id = c.task_id and d.config_id = c.id and d.retry_at is not null);
alter table push_configs force row level security;
alter table push_dead_letters force row level security;
