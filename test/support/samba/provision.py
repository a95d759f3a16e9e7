#!/usr/bin/python3
"""Makes a domain and its seed in a folder: provision.py FOLDER REALM DOMAIN ADMIN_PASSWORD SERVICE_PASSWORD.

provision() itself, and not `samba-tool domain provision`, because that writes NT ACLs on SYSVOL, for which containers
lack the rights; nobody reads SYSVOL over LDAP. The seed is written offline, in one transaction.
"""
import logging
import os
import sys

from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.param import LoadParm
from samba.provision import provision

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from seed import seed  # noqa: E402

folder, realm, domain, admin_password, service_password = sys.argv[1:6]
os.makedirs(folder, exist_ok=True)
conf = os.path.join(folder, "empty.conf")
with open(conf, "w", encoding="utf-8") as file:
    file.write("[global]\n")
lp = LoadParm()
lp.load(conf)
logging.basicConfig(level=logging.WARNING)
made = provision(
    logging.getLogger("provision"),
    system_session(),
    targetdir=folder,
    realm=realm,
    domain=domain,
    hostname="dc1",
    hostip="127.0.0.1",
    adminpass=admin_password,
    dns_backend="NONE",
    serverrole="active directory domain controller",
    dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
    use_rfc2307=True,
    skip_sysvolacl=True,
    lp=lp,
    batch_mode=True,
)
seed(made.samdb, realm.lower(), service_password)
