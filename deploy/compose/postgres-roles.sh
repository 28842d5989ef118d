# PostgreSQL runs it once, on an empty volume. `setup` logs in as the owner and creates the roles of the
# workers, so the owner needs createrole.
psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres --no-psqlrc \
  --set owner="$(cat /secrets/owner)" --set registry="$(cat /secrets/registry)" <<'SQL'
  create role gitlab_bridge login createrole password :'owner';
  create database gitlab_bridge owner gitlab_bridge;
  create role registry login password :'registry';
  create database registry owner registry;
  revoke connect on database registry from public;
SQL
