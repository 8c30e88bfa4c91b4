#!/bin/sed -f
# What Doxygen wants and readers of the headers and pages do not: a # before each name, and paths from where the html is.

# In comments: names of ours, where _CLOSED is short for PYFERRY_STATUS_CLOSED.
/^ *\*/ {
    s/\([ (]\)_\([A-Z][A-Z_]*\)/\1PYFERRY_STATUS_\2/g
    s/\([ (]\)\(PYFERRY_STATUS_[A-Z_]*\)/\1#\2/g
    s/\([ (]\)\(pyferry_[a-z_]*\)/\1#\2/g
    s/#\(pyferry_[a-z_]*\.h\)/\1/g
}
# In pages. Older ones know no anchors there.
s|\[\([^]]*\)](\.\./\([^)]*\))|<a href="../../../\2">\1</a>|g
s/\[\([^]]*\)](#[^)]*)/\1/g
s/\.md#[^)]*)/.md)/g
s/](README\.md)/](index.html)/g
