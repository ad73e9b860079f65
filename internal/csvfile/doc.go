// Package csvfile reads the list of users that a batch is made from, by Exchange's rules: a header row with EmailAddress, UserName
// and Password in any order, optional columns, as many fields in every row as in the header, at most 50,000 rows and 10 MB.
//
// What is wrong with the file as a whole refuses it, every fault named at once. What is wrong with one row (a bad or repeated
// address) is a warning about that row, and the others go on.
package csvfile
