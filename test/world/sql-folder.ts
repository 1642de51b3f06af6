/** The variable that names where the processes of a test run leave what they asked of the database. */
export const sqlFolder = "TEST_SQL_FOLDER";
