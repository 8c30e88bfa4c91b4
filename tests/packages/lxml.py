from lxml import etree

transform = etree.XSLT(etree.XML(
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
    '<xsl:template match="/"><got><xsl:value-of select="count(//b)"/></got></xsl:template></xsl:stylesheet>'))


def step(thread, i):
    tree = etree.XML("<a>" + "<b/>" * (i + 1) + "</a>")
    assert len(tree.xpath("//b")) == i + 1
    assert transform(tree).getroot().text == str(i + 1)
    try:
        etree.XML("<a>")
    except etree.XMLSyntaxError:
        return
    raise AssertionError("no error")
