// Package migration holds the nouns of a mail migration and the rules that need nothing but them: endpoints, batches, users and
// their statistics with the names that Exchange's cmdlets use; the state tables; who may order what when; which setting wins; the
// errors with their stable ids; and the [Service] interface through which shells, the dashboard and other processes drive it all.
//
// The package is pure. It reads no clock, opens no file and starts no goroutine: time comes in as an argument, and whatever
// has an effect is named in the answer for others to do. Everything exported as data survives a round trip through JSON.
//
// How status comes about: an administrator's commands only leave an [Order] on a batch or on one of its users. [UserState.Settle]
// tells what a user's state is under that order, [UserState.Next] what it becomes when its job reports an [Event], and [BatchStatusOf]
// derives the batch's status from its order and its users. Nothing else assigns a status, so the two can never disagree.
package migration
