package syntax

// message is PowerShell's text for an error id, with verbs for what it names.
func message(id string) string {
	switch id {
	case "ArrayHasTooManyDimensions":
		return "The array has too many dimensions: %v. The number of dimensions for an array must be less than or equal to 32."
	case "ArrayReferenceNotSupportedInDataSection":
		return "Array references are not allowed in restricted language mode or a Data section."
	case "AssignmentStatementNotSupportedInDataSection":
		return "Assignment statements are not allowed in restricted language mode or a Data section."
	case "AssignmentStatementToAutomaticNotSupported":
		return "Cannot assign automatic variable '%[1]v' with type '%[2]v'"
	case "AttributeNotSupportedInDataSection":
		return "Attributes are not allowed in restricted language mode or a Data section."
	case "BackgroundOperatorInPipelineChain":
		return "Background operators can only be used at the end of a pipeline chain."
	case "BadNumericConstant":
		return "The numeric constant %v is not valid."
	case "CmdletNotInAllowedListForDataSection":
		return "The command '%v' is not allowed in restricted language mode or a Data section."
	case "ConfigurationNotSupportedInPowerShellCore":
		return "Configuration keyword is not supported in PowerShell 6+."
	case "ConstructorCantHaveReturnType":
		return "A constructor cannot specify a return type."
	case "ControlLeavingFinally":
		return "Flow of control cannot leave a Finally block."
	case "CustomAttributeTypeNotFound":
		return "Cannot find the type for custom attribute '%v'. Make sure that the assembly that contains this type is loaded."
	case "DataSectionStatementNotSupportedInDataSection":
		return "The data statement is not allowed in restricted language mode or another Data section."
	case "DoWhileStatementNotSupportedInDataSection":
		return "The Do and While statements are not allowed in restricted language mode or a Data section."
	case "DotSourcingNotSupportedInDataSection":
		return "Dot sourcing is not allowed in restricted language mode or a Data section."
	case "DuplicateFormalParameter":
		return "Duplicate parameter $%v in parameter list."
	case "DuplicateKeyInHashLiteral":
		return "Duplicate keys '%v' are not allowed in hash literals."
	case "DuplicateNamedArgument":
		return "Duplicate named arguments '%v' are not allowed."
	case "DuplicateQualifier":
		return "Duplicate '%v' qualifier"
	case "DuplicateScriptCommandClause":
		return "Script command clause '%v' has already been defined."
	case "EmptyCatchNotLast":
		return "Catch block must be the last catch block."
	case "EmptyPipeElement":
		return "An empty pipe element is not allowed."
	case "EmptyPipelineChainElement":
		return "A pipeline chain operator must be followed by a pipeline."
	case "EmptyVariableReference":
		return "An empty ${} variable reference was found. A name is required inside the braces."
	case "EndSquareBracketExpectedAtEndOfAttribute":
		return "Missing ] at end of attribute or type literal."
	case "EndSquareBracketExpectedAtEndOfType":
		return "Missing ] at end of type token."
	case "ExceptionTypeAlreadyCaught":
		return "Exception type %v is already handled by a previous handler."
	case "ExpectedExpression":
		return "An expression was expected after '('."
	case "ExpectedValueExpression":
		return "You must provide a value expression following the '%v' operator."
	case "ExpressionsMustBeFirstInPipeline":
		return "Expressions are only allowed as the first element of a pipeline."
	case "FlowControlStatementNotSupportedInDataSection":
		return "Flow control statements such as Break, Continue, Return, Exit, and Throw are not allowed in restricted language mode or a Data section."
	case "ForWhileStatementNotSupportedInDataSection":
		return "For and While statements are not allowed in restricted language mode or a Data section."
	case "ForeachStatementNotSupportedInDataSection":
		return "Foreach statements are not allowed in restricted language mode or a Data section."
	case "FunctionDeclarationNotSupportedInDataSection":
		return "Function declarations are not allowed in restricted language mode or a Data section."
	case "IfStatementMissingCondition":
		return "Missing condition in if statement after '%v ('."
	case "IncompleteDollarSubexpressionReference":
		return "$(subexpression) is missing the closing ')'."
	case "IncompleteDollarVariableReference":
		return "${{variable}} reference starting is missing the closing '}}'."
	case "IncompleteMemberDefinition":
		return "Missing a property name or method definition."
	case "IncompleteString":
		return "Incomplete string token."
	case "InvalidBracedVariableReference":
		return "Variable reference is not valid. The variable name is missing."
	case "InvalidForeachFlag":
		return "The parameter %v is not valid for the foreach statement."
	case "InvalidFunctionParameter":
		return "Parameter declarations are a comma-separated list of variable names with optional initializer expressions."
	case "InvalidLeftHandSide":
		return "The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property."
	case "InvalidNamespaceValue":
		return "The specified namespace in the 'using' statement contains invalid characters."
	case "InvalidParameterForDataSectionStatement":
		return `The "%v" parameter of the Data section is not valid. The valid Data section parameter is SupportedCommand.`
	case "InvalidSwitchFlag":
		return "The parameter %v is not valid for the switch statement."
	case "InvalidUnderlyingType":
		return "'%v' is not a valid underlying type for enums. Expected a builtin integral type (one of byte, sbyte, short, ushort, int, uint, long or ulong)"
	case "InvalidUnicodeEscapeSequence":
		return "The Unicode escape sequence is not valid. A valid sequence is `u{ followed by one to six hex digits and a closing '}'."
	case "InvalidUnicodeEscapeSequenceValue":
		return "The Unicode escape sequence value is out of range. The maximum value is 0x10FFFF."
	case "InvalidUsingExpression":
		return "Expression is not allowed in a Using expression."
	case "InvalidValueForUsingItemName":
		return "'%v' is not a valid value for using name."
	case "InvalidVariableReference":
		return "Variable reference is not valid. '$' was not followed by a valid variable name character. Consider using ${} to delimit the name."
	case "InvalidVariableReferenceWithDrive":
		return "Variable reference is not valid. ':' was not followed by a valid variable name character. Consider using ${} to delimit the name."
	case "KeywordParameterReservedForFutureUse":
		return "The %[1]v '-%[2]v' parameter is reserved for future use."
	case "LabelNotFound":
		return "Label '%v' not found inside the method."
	case "MemberAlreadyDefined":
		return "The member '%v' is already defined."
	case "MethodCallNotSupportedInDataSection":
		return "Method calls are not allowed in restricted language mode or a Data section."
	case "MethodHasCodePathNotReturn":
		return "Not all code path returns value within method."
	case "MissingArgument":
		return "Missing argument in parameter list."
	case "MissingArrayIndexExpression":
		return "Array index expression is missing or not valid."
	case "MissingAssemblyNameSpecification":
		return "The type name is missing the assembly name specification."
	case "MissingBaseCtorCall":
		return "Missing 'base' after ':' in a base class constructor call."
	case "MissingCatchHandlerBlock":
		return "The Catch block is missing its statement block."
	case "MissingCatchOrFinally":
		return "The Try statement is missing its Catch or Finally block."
	case "MissingColonInTernaryExpression":
		return "Missing ':' in the ternary expression."
	case "MissingConfigurationName":
		return "The name for the configuration is missing. Provide the missing name as a simple name, string, or string-valued expression."
	case "MissingCurlyBraceInSwitchStatement":
		return "Missing '{' in switch statement."
	case "MissingCurlyInConfigurationStatement":
		return "Missing '{' in configuration statement."
	case "MissingEndCurlyBrace":
		return "Missing closing '}' in statement block or type definition."
	case "MissingEndParenthesisAfterForeach":
		return "Missing closing ')' after expression part of foreach loop.\n" +
			"The correct form is: foreach ($a in $b) {...}"
	case "MissingEndParenthesisAfterStatement":
		return "Missing closing ')' after expression in '%v' statement."
	case "MissingEndParenthesisInExpression":
		return "Missing closing ')' in expression."
	case "MissingEndParenthesisInFunctionParameterList":
		return "Missing ')' in function parameter list."
	case "MissingEndParenthesisInMethodCall":
		return "Missing ')' in method call."
	case "MissingEndParenthesisInSubexpression":
		return "Missing closing ')' in subexpression."
	case "MissingEndParenthesisInSwitchStatement":
		return "Missing ')' after expression in switch statement."
	case "MissingEndSquareBracket":
		return "Missing ']' after array index expression."
	case "MissingEqualsInHashLiteral":
		return "Missing '=' operator after key in hash literal."
	case "MissingEqualsInUsingAlias":
		return "Missing '=' operator"
	case "MissingExpression":
		return "Missing expression after '%v' in pipeline element."
	case "MissingExpressionAfterKeyword":
		return "Missing expression after '%v' in loop."
	case "MissingExpressionAfterOperator":
		return "Missing expression after unary operator '%v'."
	case "MissingExpressionAfterToken":
		return "Missing expression after '%v'."
	case "MissingExpressionInNamedArgument":
		return "Missing statement after '=' in named argument."
	case "MissingFileSpecification":
		return "Missing file specification after redirection operator."
	case "MissingFilenameOption":
		return "Cannot process the 'switch' statement because of a missing file name argument to the -file option."
	case "MissingFinallyStatementBlock":
		return "The Finally block is missing its statement block."
	case "MissingForeachExpression":
		return "Missing expression in foreach loop.\n" +
			"The correct form is: foreach ($a in $b) {...}"
	case "MissingForeachStatement":
		return "Missing statement body in foreach loop.\n" +
			"The correct form is: foreach ($a in $b) {...}"
	case "MissingFunctionBody":
		return "Missing function body in function declaration."
	case "MissingInInForeach":
		return "Missing 'in' after variable in foreach loop.\n" +
			"The correct form is: foreach ($a in $b) {...}"
	case "MissingLoopStatement":
		return "Missing statement body in %v loop."
	case "MissingMethodParameterList":
		return "Missing '(' in class method parameter list."
	case "MissingNameAfterKeyword":
		return "Missing name after %v keyword."
	case "MissingNamedBlocks":
		return "unexpected token '%v', expected 'begin', 'process', 'end', 'clean', or 'dynamicparam'."
	case "MissingNamedStatementBlock":
		return "Missing statement block after '%v'."
	case "MissingNamespaceAlias":
		return "Missing namespace alias"
	case "MissingOpenParenthesisAfterKeyword":
		return "Missing opening '(' after keyword '%v'."
	case "MissingOpenParenthesisInIfStatement":
		return "Missing '(' after '%v' in if statement."
	case "MissingPropertyName":
		return "Missing property name after reference operator."
	case "MissingPropertyTerminator":
		return "Missing ';' or end-of-line in property definition."
	case "MissingStatementAfterKeyword":
		return "Missing statement body after keyword '%v'."
	case "MissingStatementBlock":
		return "Missing statement block after %v ( condition )."
	case "MissingStatementBlockAfterElse":
		return "Missing statement block after 'else' keyword."
	case "MissingStatementBlockForDataSection":
		return "The Data section is missing its statement block."
	case "MissingStatementInHashLiteral":
		return "Missing statement after '=' in hash literal."
	case "MissingStatementTerminator":
		return "Missing a newline or semicolon."
	case "MissingSwitchConditionExpression":
		return "Missing condition in switch statement clause."
	case "MissingSwitchStatementClause":
		return "Missing statement block in switch statement clause."
	case "MissingTerminatorMultiLineComment":
		return "The terminator '#>' is missing from the multiline comment."
	case "MissingThis":
		return "Cannot assign property, use '%[1]v%[2]v'."
	case "MissingThrottleLimit":
		return "The ThrottleLimit parameter of the foreach statement is missing a value. Supply a throttle limit to the parameter."
	case "MissingTrapStatement":
		return "The 'trap' statement was incomplete. A trap statement requires a body."
	case "MissingTryStatementBlock":
		return "The Try statement is missing its statement block."
	case "MissingTypeBody":
		return "Missing '%[1]v' body in '%[1]v' declaration."
	case "MissingTypeInStaticPropertyAssignment":
		return "Cannot assign property, use '%[1]v%[2]v'."
	case "MissingTypeLiteralToken":
		return "Missing type literal."
	case "MissingTypename":
		return "Missing type name after '['."
	case "MissingUnicodeEscapeSequenceTerminator":
		return "The Unicode escape sequence is missing the closing '}'."
	case "MissingUsingItemName":
		return "Missing using name"
	case "MissingUsingStatementDirective":
		return "Missing using directive"
	case "MissingValueForSupportedCommandInDataSectionStatement":
		return "The SupportedCommand parameter of the Data section is missing a value. Supply a cmdlet or function name to the parameter."
	case "MissingVariableNameAfterForeach":
		return "Missing variable name after foreach.\n" +
			"The correct form is: foreach ($a in $b) {...}"
	case "MissingWhileOrUntilInDoWhile":
		return "Missing while or until keyword in do loop."
	case "ModifiersCannotBeCombined":
		return "Modifier '%[1]v' cannot be combined with '%[2]v'"
	case "MultipleSwitchDefaultClauses":
		return "A switch statement can have only one default clause."
	case "MultipleTypeConstraintsOnMethodParam":
		return "Multiple type constraints are not allowed on a method parameter."
	case "NamedBlockNotAllowedInMethod":
		return "A named block is not allowed in a class method."
	case "NonStaticMemberAccessInStaticMember":
		return "Cannot access the non-static member '%v' in a static method or initializer of a static property."
	case "NonVoidMethodMissingReturnValue":
		return "Invalid return statement within non-void method."
	case "OnlyOneParameterListAllowed":
		return "The param statement cannot be used if arguments were specified in the function declaration."
	case "OpenBraceNeedsToBeBackTickedInVariableName":
		return "Use `{ instead of { in variable names."
	case "OperatorNotSupportedInDataSection":
		return "The '%v' operator is not allowed in restricted language mode or a Data section."
	case "OperatorRequiresVariableOrProperty":
		return "The '%v' operator works only on variables or on properties."
	case "OrderedAttributeOnlyOnHashLiteralNode":
		return "The %v attribute can be specified only on a hash literal node."
	case "ParallelAndSequenceBlockNotSupportedInDataSection":
		return "Parallel and sequence blocks are not allowed in restricted language mode or a Data section."
	case "ParamBlockNotAllowedInMethod":
		return "A param block is not allowed in a class method."
	case "ParameterAttributeArgumentNeedsToBeConstant":
		return "Attribute argument must be a constant."
	case "ParameterAttributeArgumentNeedsToBeConstantOrScriptBlock":
		return "Attribute argument must be a constant or a script block."
	case "ParameterAlreadyBound":
		return "Cannot bind parameter because parameter '%v' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, \"-parameter value1,value2,value3\"."
	case "ParameterCannotHaveArgument":
		return "Parameter %v cannot have an argument."
	case "ParameterDeclarationNotSupportedInDataSection":
		return "Parameter declarations are not allowed in restricted language mode or a Data section."
	case "ParameterRequiresArgument":
		return "Parameter %v requires an argument."
	case "PipelineValueRequired":
		return "A switch statement must have one of the following:  '-file file_name' or '( expression )'."
	case "PropertyReferenceNotSupportedInDataSection":
		return "Property references are not allowed in restricted language mode or a Data section."
	case "RedirectionNotSupported":
		return "The '%v' operator is reserved for future use."
	case "RedirectionNotSupportedInDataSection":
		return "Redirection is not allowed in restricted language mode or a Data section."
	case "ReferenceNeedsToBeByItselfInTypeConstraint":
		return "Cannot use [ref] with other types in a type constraint."
	case "ReferenceNeedsToBeByItselfInTypeSequence":
		return "Cannot have two occurrences of [ref] in a type sequence."
	case "ReferenceNeedsToBeLastTypeInTypeConversion":
		return "[ref] can only be the final type in type conversion sequence."
	case "RequiresArgumentMustBeConstant":
		return "Argument must be constant."
	case "RequiresInvalidStringArgument":
		return "The argument for the %v parameter is not valid. Specify a valid string argument."
	case "RequiresModuleInvalid":
		return "The argument for the Module parameter is not valid. %v"
	case "RequiresPSEditionInvalid":
		return "The argument for the %v parameter is not valid. Specify a valid PowerShell edition."
	case "RequiresPSEditionValueIsAlreadySpecified":
		return "The argument for the %v parameter contains duplicate values. Do not specify duplicate PowerShell edition values."
	case "RequiresVersionInvalid":
		return "The argument for the Version parameter is not valid. Specify a valid PowerShell version, in the format major.minor version."
	case "ReservedKeywordNotAllowed":
		return "The '%v' keyword is not supported in this version of the language."
	case "ScriptBlockNotSupportedInDataSection":
		return "Script block literals are not allowed in restricted language mode or a Data section."
	case "ScriptRequiresInvalidFormat":
		return "Cannot process the #requires statement because it is not in the correct format.\n" +
			"The #requires statement must be in one of the following formats:\n" +
			" \"#requires -shellid <shellID>\"\n" +
			" \"#requires -version <major.minor>\"\n" +
			" \"#requires -psedition <edition>\"\n" +
			" \"#requires -pssnapin <psSnapInName> [-version <major.minor>]\"\n" +
			" \"#requires -modules <ModuleSpecification>\"\n" +
			" \"#requires -runasadministrator\""
	case "ScriptTooComplicated":
		return "Processing was stopped because the script is too complex."
	case "SplattingNotPermitted":
		return "The splatting operator '@' cannot be used to reference variables in an expression. '@%[1]v' can be used only as an argument to a command. To reference variables in an expression use '$%[1]v'."
	case "SplattingNotPermittedInArgumentList":
		return "Splatted variables like '@%v' cannot be part of a comma-separated list of arguments."
	case "StreamAlreadyRedirected":
		return "The %v for this command is already redirected."
	case "SwitchStatementNotSupportedInDataSection":
		return "The switch statement is not allowed in restricted language mode or a Data section."
	case "TerminatorExpectedAtEndOfString":
		return "The string is missing the terminator: %v."
	case "ThrottleLimitRequiresParallelFlag":
		return "The ThrottleLimit parameter is only supported on foreach statements that use the Parallel parameter."
	case "TokenAfterEndOfValidScriptText":
		return "Executable script code found in signature block."
	case "TooManyDigitsInUnicodeEscapeSequence":
		return "The Unicode escape sequence contains more than the maximum of six hex digits between braces."
	case "TooManyTypes":
		return "Only one type may be specified on class members."
	case "TrapStatementNotSupportedInDataSection":
		return "The Trap statement is not allowed in restricted language mode or a Data section."
	case "TryStatementNotSupportedInDataSection":
		return "The Try statement is not allowed in restricted language mode or a Data section."
	case "TypeNameExpected":
		return "Type name expected."
	case "TypeNotAllowedBeforeParam":
		return "Unexpected type [%v] was found in the parameter statement."
	case "TypeNotAllowedBeforeStatement":
		return "Unexpected type [%v] was found before statement."
	case "TypeNotAllowedForProperty":
		return "The type '%v' is not allowed on a property."
	case "TypeNotAllowedInDataSection":
		return "The type %v is not allowed in restricted language mode or a Data section."
	case "TypeNotFound":
		return "Unable to find type [%v]."
	case "UnexpectedAttribute":
		return "Unexpected attribute '%v'."
	case "UnexpectedCharactersAfterHereStringHeader":
		return "No characters are allowed after a here-string header but before the end of the line."
	case "UnexpectedKeyword":
		return "Unexpected keyword '%v'."
	case "UnexpectedToken":
		return "Unexpected token '%v' in expression or statement."
	case "UnexpectedUnaryOperator":
		return "Internal error - unexpected unary operator %v."
	case "UnrecognizedToken":
		return "Unrecognized token in source text."
	case "UsingMustBeAtStartOfScript":
		return "A 'using' statement must appear before any other statements in a script."
	case "UsingStatementNotSupported":
		return "This syntax of the 'using' statement is not supported."
	case "VariableNotLocal":
		return "Variable is not assigned in the method."
	case "VariableReferenceNotSupportedInDataSection":
		return "A variable that cannot be referenced in restricted language mode or a Data section is being referenced. Variables that can be referenced include the following: %v."
	case "VoidMethodHasReturn":
		return "Invalid return statement within void method."
	case "VoidTypeConstraintNotAllowed":
		return "[void] cannot be used as a parameter type, or on the left side of an assignment."
	case "WhitespaceBeforeHereStringFooter":
		return "White space is not allowed before the string terminator."
	case "WildCardModuleNameError":
		return "Wildcard characters are not supported for module names."
	case "WorkflowNotSupportedInPowerShellCore":
		return "Workflow is not supported in PowerShell 6+."
	}
	return id
}
