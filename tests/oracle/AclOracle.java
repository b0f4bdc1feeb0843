// SPDX-License-Identifier: GPL-2.0
/*
 * What org.osgi.service.dmt.Acl makes of lists, for unit/test_acl_osgi.c. Each line of
 * standard input is a list; for each a line: "-" when it is refused, or "+", the rights
 * of every identifier of the command line as a number of the order of acl.h, and the
 * canonical form, with blanks between.
 */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.osgi.service.dmt.Acl;

public class AclOracle {
	private static final int[] ORDER = { Acl.ADD, Acl.DELETE, Acl.EXEC, Acl.GET, Acl.REPLACE };

	private static int rights(Acl acl, String id) {
		int all = 0;

		for (int i = 0; i < ORDER.length; i++)
			if (acl.isPermitted(id, ORDER[i]))
				all |= 1 << i;
		return all;
	}

	public static void main(String[] ids) throws Exception {
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.ISO_8859_1));
		PrintStream out = new PrintStream(System.out, false, "ISO-8859-1");
		String line;

		while ((line = in.readLine()) != null) {
			try {
				Acl acl = new Acl(line);

				out.print("+");
				for (String id : ids)
					out.print(" " + rights(acl, id));
				out.println(" " + acl);
			} catch (IllegalArgumentException e) {
				out.println("-");
			}
		}
		out.flush();
	}
}
