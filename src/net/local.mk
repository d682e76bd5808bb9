noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = 
