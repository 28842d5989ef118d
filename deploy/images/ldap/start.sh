# Fills the directory at the first start, and then runs the server.
set -eu
[ -e /var/lib/ldap/data.mdb ] || slapadd -q -f /etc/ldap/slapd.conf -l /demo.ldif
exec slapd -h 'ldap://0.0.0.0:1389' -f /etc/ldap/slapd.conf -d 0
