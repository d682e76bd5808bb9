gspd_SOURCES = src/app/main.c
gspd_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
