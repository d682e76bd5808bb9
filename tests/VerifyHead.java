/*
 * Verifies heads with javax.xml.crypto.dsig, for tests/javaxml.sh. Arguments
 * in any number: KEY.pem (a public key, used for what follows) or HEAD.xml.
 * Prints a line "name accepted" or "name refused" for each head.
 */
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

public class VerifyHead {
	static PublicKey readKey(Path path) throws Exception {
		String pem = Files.readString(path)
		    .replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
		X509EncodedKeySpec spec =
		    new X509EncodedKeySpec(Base64.getDecoder().decode(pem));
		try {
			return KeyFactory.getInstance("EC").generatePublic(spec);
		} catch (java.security.spec.InvalidKeySpecException e) {
			return KeyFactory.getInstance("RSA").generatePublic(spec);
		}
	}

	static boolean verify(Path path, PublicKey key) throws Exception {
		DocumentBuilderFactory factory =
		    DocumentBuilderFactory.newInstance();
		factory.setNamespaceAware(true);
		Document doc =
		    factory.newDocumentBuilder().parse(path.toFile());
		NodeList found = doc.getElementsByTagNameNS(
		    XMLSignature.XMLNS, "Signature");
		if (found.getLength() != 1)
			return false;
		DOMValidateContext context =
		    new DOMValidateContext(key, found.item(0));
		return XMLSignatureFactory.getInstance("DOM")
		    .unmarshalXMLSignature(context).validate(context);
	}

	public static void main(String[] args) {
		PublicKey key = null;

		for (String arg : args) {
			Path path = Path.of(arg);
			boolean good = false;

			try {
				if (arg.endsWith(".pem")) {
					key = readKey(path);
					continue;
				}
				good = verify(path, key);
			} catch (Exception e) {
				System.err.println(path + ": " + e);
			}
			System.out.println(path.getFileName() +
			    (good ? " accepted" : " refused"));
		}
	}
}
