-- Roles and database, once, as PostgreSQL's superuser: psql -v ON_ERROR_STOP=1 -f deploy/database.sql
-- The owner migrates and makes portals, the app's role is what web and worker are: no owner, bound by row-level security.
create role portal_owner login nosuperuser nocreatedb nocreaterole nobypassrls;
create role portal_app login nosuperuser nocreatedb nocreaterole nobypassrls;
create database portal_host owner portal_owner template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8';
\connect portal_host
create extension if not exists unaccent schema public;
create extension if not exists pg_trgm schema public;
create extension if not exists btree_gin schema public;
revoke create on schema public from public;
grant usage, create on schema public to portal_owner;
grant usage on schema public to portal_app;
alter default privileges for role portal_owner grant select, insert, update, delete on tables to portal_app;
alter default privileges for role portal_owner grant usage, select on sequences to portal_app;
alter default privileges for role portal_owner grant usage on schemas to portal_app;
