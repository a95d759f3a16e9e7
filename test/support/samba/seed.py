"""The people and groups of the test domain. Every password is Passw0rd!, but the service account's."""
import ldb
from samba import dsdb
from samba.dcerpc import security
from samba.ndr import ndr_unpack

PASSWORD = "Passw0rd!"
LONG_AGO = str((1577836800 + 11644473600) * 10**7)  # 2020-01-01 as a FILETIME
GLOBAL_SECURITY_GROUP = -2147483646
GLOBAL_DISTRIBUTION_GROUP = 2


class Seed:
    def __init__(self, sam, dns):
        self.sam = sam
        self.dns = dns
        self.base = str(sam.get_default_basedn())
        self.staff = f"OU=Staff,{self.base}"
        self.groups = f"OU=Groups,{self.base}"

    def named(self, name, parent):
        dn = ldb.Dn(self.sam, parent)
        dn.add_child(ldb.Dn(self.sam, "X=Y"))
        dn.set_component(0, "CN", name)
        return dn

    def add(self, dn, **values):
        message = ldb.Message(dn if isinstance(dn, ldb.Dn) else ldb.Dn(self.sam, dn))
        for name, value in values.items():
            message[name] = ldb.MessageElement(self.encoded(value), 0, name)
        self.sam.add(message)
        return message.dn

    def change(self, dn, name, value, flag=ldb.FLAG_MOD_REPLACE, controls=()):
        message = ldb.Message(dn if isinstance(dn, ldb.Dn) else ldb.Dn(self.sam, dn))
        message[name] = ldb.MessageElement(self.encoded(value), flag, name)
        self.sam.modify(message, controls=list(controls))

    @staticmethod
    def encoded(value):
        values = value if isinstance(value, list) else [value]
        return [one if isinstance(one, bytes) else str(one).encode() for one in values]

    def user(self, account, name=None, mail=None, proxies=(), password=PASSWORD, flags=512, **more):
        values = {
            "objectClass": "user",
            "sAMAccountName": account,
            "userPrincipalName": f"{account}@{self.dns}",
            "userAccountControl": flags,
            "displayName": name or account,
            "unicodePwd": f'"{password}"'.encode("utf-16-le"),
        }
        if mail:
            values["mail"] = mail
        if proxies:
            values["proxyAddresses"] = list(proxies)
        values.update(more)
        return self.add(self.named(name or account, self.staff), **values)

    def group(self, name, members=(), kind=GLOBAL_SECURITY_GROUP):
        values = {"objectClass": "group", "sAMAccountName": name, "groupType": kind}
        if members:
            values["member"] = [str(member) for member in members]
        return self.add(self.named(name, self.groups), **values)

    def password_policy(self, name, threshold, applies_to):
        container = f"CN=Password Settings Container,CN=System,{self.base}"
        half_an_hour = -1800 * 10**7
        self.add(
            f"CN={name},{container}",
            objectClass="msDS-PasswordSettings",
            **{
                "msDS-PasswordSettingsPrecedence": 20,
                "msDS-PasswordReversibleEncryptionEnabled": "FALSE",
                "msDS-PasswordHistoryLength": 0,
                "msDS-PasswordComplexityEnabled": "FALSE",
                "msDS-MinimumPasswordLength": 1,
                "msDS-MinimumPasswordAge": 0,
                "msDS-MaximumPasswordAge": -9223372036854775808,
                "msDS-LockoutThreshold": threshold,
                "msDS-LockoutObservationWindow": half_an_hour,
                "msDS-LockoutDuration": half_an_hour,
                "msDS-PSOAppliesTo": str(applies_to),
            },
        )


def seed(sam, dns, service_password):
    it = Seed(sam, dns)
    sam.transaction_start()
    try:
        people_and_groups(it, service_password)
    except BaseException:
        sam.transaction_cancel()
        raise
    sam.transaction_commit()


def people_and_groups(it, service_password):
    for unit in (it.staff, it.groups):
        it.add(unit, objectClass="organizationalUnit")
    it.user("svc-gateway", password=service_password, flags=512 | 65536)
    alice = it.user(
        "alice",
        "Alice Liddell",
        "alice@example.test",
        [
            "SMTP:alice@example.test",
            "smtp:a.liddell@example.test",
            "smtp:alice@alias.example.test",
            "sip:alice@example.test",
        ],
        givenName="Alice",
        sn="Liddell",
    )
    bob = it.user("bob", "Bob Builder", "bob@example.test", ["SMTP:bob@example.test"])
    carol = it.user("carol", "Carol Both", "Carol@Example.TEST")
    dave = it.user("dave", "Dave Disabled", "dave@example.test", flags=514)
    erin = it.user("erin", "Erin Locked", "erin@example.test")
    frank = it.user("frank", "Frank Expired Password", "frank@example.test")
    grace = it.user("grace", "Grace Must Change", "grace@example.test")
    heidi = it.user("heidi", "Heidi Expired Account", "heidi@example.test")
    ivan = it.user("ivan", "Ivan No Tier", "ivan@example.test")
    judy = it.user("judy", "Judy No Hours", "judy@example.test")
    comma = it.user("jsmith", "Smith, John (Sales)", "john.smith@example.test")
    zoe = it.user("zoe", "Zoë Müller-Łukasz 東京", "zoe@example.test")
    odd = it.user("odd", 'Back\\slash + "quote" = #1; *', "odd@example.test")
    primary = it.user("prim", "Prim Arygroup", "prim@example.test")
    first = it.user("dup1", "Dup One", "dup@example.test")
    second = it.user("dup2", "Dup Two", "dup2@example.test", ["smtp:dup@example.test"])
    no_mail = it.user("nomail", "No Mail")
    alternative = it.user(
        "altupn", "Alt Upn", "alt.upn@example.test", userPrincipalName="alt.upn@example.test"
    )
    # The guide's own example, "Configure Multiple Email Addresses".
    shirley = it.user(
        "shirley.rodriguez",
        "Shirley Rodriguez",
        "shirley.rodriguez@example.com",
        [
            "SMTP:shirley.rodriguez@example.com",
            "smtp:shirley.rodriguez@example2.com",
            "smtp:srodriguez@anotherdomain.com",
        ],
        givenName="Shirley",
        sn="Rodriguez",
    )
    deep = it.group("Pro-Deep", [bob, zoe])
    middle = it.group("Pro-Mid", [deep])
    it.group("Chime-Pro", [middle, carol, odd])
    tier_primary = it.group("Tier-Primary")
    distribution = it.group(
        "Dist-List", [it.user("dist", "Dist Member", "dist@example.test")], GLOBAL_DISTRIBUTION_GROUP
    )
    members = [alice, carol, dave, erin, frank, grace, heidi, judy, comma, first, second, no_mail, alternative, shirley]
    it.group("Chime-Basic", [distribution, tier_primary, *members])
    loop_a = it.group("Loop-A", [ivan])
    loop_b = it.group("Loop-B", [loop_a])
    it.change(loop_a, "member", str(loop_b), ldb.FLAG_MOD_ADD)
    # The primary group: a member first; when it is made primary the domain drops the link.
    it.change(tier_primary, "member", str(primary), ldb.FLAG_MOD_ADD)
    sid = it.sam.search(tier_primary, ldb.SCOPE_BASE, attrs=["objectSid"])[0]["objectSid"][0]
    rid = str(ndr_unpack(security.dom_sid, sid)).rsplit("-", 1)[1]
    it.change(primary, "primaryGroupID", rid)
    it.change(grace, "pwdLastSet", "0")
    # Over LDAP only 0 and -1 can be written there.
    bypass = f"local_oid:{dsdb.DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID}:0"
    it.change(frank, "pwdLastSet", LONG_AGO, controls=[bypass])
    it.change(heidi, "accountExpires", LONG_AGO)
    it.change(judy, "logonHours", b"\0" * 21)
    # Three wrong passwords lock erin, and nobody else, for half an hour.
    it.password_policy("lock-soon", 3, erin)
