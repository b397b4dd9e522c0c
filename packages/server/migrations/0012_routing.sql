-- Whom a worker serves, and what it tells of the agents by whose names tasks may ask for it.

alter table workers
  -- It takes tasks of everybody in the tenant, else those of the principal that registered it.
  add column serves_all boolean not null default false,
  -- One object for each name in `agents`: id, name, description, modelRef, priority.
  add column definitions jsonb not null default '[]';

-- A right to serve everybody that was taken away ends with the next start of a server.
grant update (serves_all) on workers to ct_system;

-- Tasks whose callers were told that nobody may take them, until somebody may.
create index tasks_noticed on tasks (lane) where lane is not null and state = 'submitted' and status_message is not null;
