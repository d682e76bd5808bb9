noinst_LIBRARIES += src/xml/libxml.a
src_xml_libxml_a_SOURCES = src/xml/xml.h 
