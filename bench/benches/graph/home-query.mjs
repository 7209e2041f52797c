/** What a member's phone asks when the app opens: one operation that all four subgraphs answer. */
export const homeQuery = `query Home {
  me {
    maskedName
    organisation { nameZh }
    timeAccount { balanceMinutes }
    pointsAccount { balancePoints }
    awaitingCampaigns {
      id
      titleZh
      closesAt
      reward { pointsPerMember poolPoints standing }
      rewardPool { promisedPointsPerMember remainingPoints isEmpty }
      canTakePart { isPossible obstacle messageZh hasTakenPart }
    }
  }
}`;
