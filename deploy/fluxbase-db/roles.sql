-- The roles of those who come to help. They see everybody's activity, may end ordinary sessions, and get in through the
-- reserved connections when the others are used up. Neither is a superuser, owns anything or reads a table.
\set helper_password `sed 's#^[^:]*://[^:]*:\([^@]*\)@.*#\1#' /run/secrets/fluxbase-database-url`
\set exporter_password `cat /run/secrets/fluxbase-exporter-password`
CREATE ROLE nightshift LOGIN PASSWORD :'helper_password' CONNECTION LIMIT 4;
GRANT pg_monitor, pg_signal_backend, pg_use_reserved_connections TO nightshift;
CREATE ROLE exporter LOGIN PASSWORD :'exporter_password' CONNECTION LIMIT 3;
GRANT pg_monitor, pg_use_reserved_connections TO exporter;
