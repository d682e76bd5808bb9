"""Keys, and the one signature profile (docs/feed-protocol.md, section 5).

The bytes are put together by hand and in full sight. Every piece of a
signature can be changed on the way, for the cases that sign what no node
should take.
"""

import base64
import hashlib
import threading

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

DSIG = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ALGORITHMS = {
    "ecdsa": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "rsa": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
}
P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(data):
    return base64.b64encode(data).decode()


def same(x):
    """The change that changes nothing."""
    return x


class Key:
    """A signing key; `pin` is what a peer is told of it."""

    def __init__(self, private):
        self.private = private
        self.alg = "rsa" if isinstance(private, rsa.RSAPrivateKey) \
            else "ecdsa"
        self.spki = private.public_key().public_bytes(
            serialization.Encoding.DER,
            serialization.PublicFormat.SubjectPublicKeyInfo)
        self.text = b64(self.spki)
        self.pin = hashlib.sha256(self.spki).hexdigest()

    @classmethod
    def p256(cls):
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def p384(cls):
        return cls(ec.generate_private_key(ec.SECP384R1()))

    def sign(self, data, hash=None, high_s=False):
        """The raw value: RSA PKCS #1 v1.5, or r and s, s low."""
        hash = hash or hashes.SHA256()
        if self.alg == "rsa":
            return self.private.sign(data, padding.PKCS1v15(), hash)
        r, s = utils.decode_dss_signature(
            self.private.sign(data, ec.ECDSA(hash)))
        size = (self.private.curve.key_size + 7) // 8
        if size == 32 and (s > P256_N // 2) != high_s:
            s = P256_N - s
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


_rsa_keys = {}
_rsa_lock = threading.Lock()


def rsa_key(bits):
    """RSA keys take long to make: one of each size is enough."""
    with _rsa_lock:
        if bits not in _rsa_keys:
            _rsa_keys[bits] = Key(rsa.generate_private_key(65537, bits))
        return _rsa_keys[bits]


def der(raw):
    """r and s as ASN.1, as most libraries give them and no head has them."""
    half = len(raw) // 2
    return utils.encode_dss_signature(int.from_bytes(raw[:half], "big"),
                                      int.from_bytes(raw[half:], "big"))


def signed_info(alg, digest):
    """The bytes that are signed: canonical as they stand."""
    return (
        '<SignedInfo xmlns="%s"><CanonicalizationMethod Algorithm="%s">'
        '</CanonicalizationMethod><SignatureMethod Algorithm="%s">'
        '</SignatureMethod><Reference URI=""><Transforms>'
        '<Transform Algorithm="%senveloped-signature"></Transform>'
        '<Transform Algorithm="%s"></Transform></Transforms>'
        '<DigestMethod Algorithm="%s"></DigestMethod>'
        '<DigestValue>%s</DigestValue></Reference></SignedInfo>' % (
            DSIG, EXC_C14N, ALGORITHMS[alg], DSIG, EXC_C14N, SHA256, digest))


def digest_of(body):
    return hashlib.sha256(body).digest()


def sign(key, body, info=same, raw=same, element=same, value=None,
         digest=None):
    """`body`, a whole document, with its Signature as the last child.

    info changes SignedInfo before it is signed, raw the signature's bytes,
    element the whole Signature after; value(bytes) signs in another way and
    digest stands for SHA-256.
    """
    end = body[body.rindex(b"</"):]
    text = info(signed_info(key.alg, b64((digest or digest_of)(body))))
    made = (value or key.sign)(text.encode())
    whole = element('<Signature xmlns="%s">%s<SignatureValue>%s'
                    '</SignatureValue></Signature>' % (
                        DSIG, text, b64(raw(made))))
    return body[:-len(end)] + whole.encode() + end
