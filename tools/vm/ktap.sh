# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Results of KUnit in a kernel's log; sourced.

# ktap PREFIX LOG: a line `ok|not ok|skip PREFIX...` for each case. Cases are indented, a
# parameterised case prints its parameters one level deeper and counts as one. A suite
# that ran no case fails.
ktap()
{
	sed -E 's/^\[ *[0-9.]+\](\[ *[TC][0-9]+\])? //' "$2" | awk -v p="$1" '
		/^ +# Subtest: / && indent($0) <= 4 { suite = $NF; seen[suite] = 0 }
		/^    (ok|not ok) [0-9]+ / {
			verdict = ($1 == "not") ? "not ok" : "ok"
			line = $0
			sub(/^ +(not )?ok [0-9]+ (- )?/, "", line)
			if (line ~ /# SKIP/) {
				sub(/ *# SKIP */, " ", line)
				verdict = "skip"
			}
			print verdict " " p suite ": " line
			seen[suite]++
		}
		/^(ok|not ok) [0-9]+ / { done[$NF] = 1 }
		function indent(s) { match(s, /^ */); return RLENGTH }
		END {
			for (s in seen) {
				n++
				if (!seen[s])
					print "not ok " p s " ran no case"
			}
			if (!n)
				print "not ok " p " no suite ran"
		}'
}
