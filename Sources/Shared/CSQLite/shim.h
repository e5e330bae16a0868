#include <sqlite3.h>

// Swift cannot call functions of a variable number of arguments.
static inline int farthing_sqlite3_keep_write_ahead_log(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
